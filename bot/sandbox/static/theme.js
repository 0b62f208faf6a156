/** Light or dark: the system's choice until the person makes one. */

const KEY = "flowpilot-sandbox.theme";
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

/** "light" or "dark", as shown now. */
export function currentTheme() {
  return localStorage.getItem(KEY) ?? (darkSystem.matches ? "dark" : "light");
}

/** Applies the theme and calls back whenever the system's choice changes. */
export function watchTheme(onChange) {
  apply();
  darkSystem.addEventListener("change", () => {
    apply();
    onChange();
  });
}

/** Turns light to dark and back, and remembers it. */
export function toggleTheme() {
  localStorage.setItem(KEY, currentTheme() === "dark" ? "light" : "dark");
  apply();
}

function apply() {
  document.documentElement.dataset.theme = currentTheme();
}
