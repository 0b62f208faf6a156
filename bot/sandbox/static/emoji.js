/** The emoji that the sandbox draws; a name that is not here is shown as it was typed. */

const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", ok_hand: "👌", clap: "👏", raised_hands: "🙌",
  pray: "🙏", wave: "👋", point_right: "👉", point_left: "👈", point_down: "👇", point_up: "☝️", muscle: "💪",
  heart: "❤️", fire: "🔥", tada: "🎉", sparkles: "✨", star: "⭐", rocket: "🚀", eyes: "👀", 100: "💯", trophy: "🏆",
  smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", joy: "😂", sweat_smile: "😅", sob: "😭", cry: "😢",
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔", warning: "⚠️",
  question: "❓", exclamation: "❗", information_source: "ℹ️", bulb: "💡", bell: "🔔", no_bell: "🔕", lock: "🔒",
  unlock: "🔓", key: "🔑", shield: "🛡️", mag: "🔍", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️", zap: "⚡",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", clock1: "🕐", calendar: "📅", date: "📅", memo: "📝",
  clipboard: "📋", pushpin: "📌", paperclip: "📎", link: "🔗", books: "📚", book: "📖", bar_chart: "📊",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", computer: "💻", printer: "🖨️", phone: "☎️",
  email: "✉️", inbox_tray: "📥", package: "📦", robot_face: "🤖", bug: "🐛", construction: "🚧",
  rotating_light: "🚨", speech_balloon: "💬", thread: "🧵", repeat: "🔁", arrow_right: "➡️", arrow_left: "⬅️",
  arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄", red_circle: "🔴", large_orange_circle: "🟠",
  large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫",
  seedling: "🌱", evergreen_tree: "🌲", deciduous_tree: "🌳", compass: "🧭", world_map: "🗺️", checkered_flag: "🏁",
};

/** The names offered as reactions. */
export const REACTIONS = ["+1", "white_check_mark", "eyes", "tada", "heart", "rocket", "thinking_face", "-1"];

/** The character of an emoji name; undefined when the sandbox does not know it. */
export function emojiOf(name) {
  return EMOJI[name];
}
