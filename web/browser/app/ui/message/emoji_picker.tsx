/** Some emoji, for keyboards that have none. @module */
import type { JSX } from "preact";
import { t } from "../../../panel/i18n/translate.ts";

const EMOJI = [
  "😀 😄 😁 😆 😅 😂 🙂 😉 😊 😇 🥰 😍 😘 😜 🤪 🤗 🤔",
  "🤨 😐 🙄 😏 😬 😌 😴 🤒 😎 🥳 😕 😟 😮 😲 😳 🥺 😢",
  "😭 😱 😤 😡 🤯 🤝 👍 👎 👌 ✌️ 🤞 👋 👏 🙏 💪 👀 🔥",
  "⭐ 🎉 🎁 🎂 ☕ 🍕 🍷 🌞 🌧 🌈 🌹 🐱 🐶 🚲 🚗 🏠 📷",
  "🎵 ✅ ❌ ❤️ 💔 💙 💚 💛",
].flatMap((line) => line.split(" "));

export function EmojiPicker(
  { onPick }: { readonly onPick: (emoji: string) => void },
): JSX.Element {
  return (
    <div class="app-picker" role="group" aria-label={t("app.emoji")}>
      {EMOJI.map((emoji) => (
        <button
          key={emoji}
          type="button"
          class="app-icon-button"
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
