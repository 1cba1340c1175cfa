import assert from "node:assert/strict";
import type { Language } from "../../web/i18n/languages.ts";
import { faultsOf } from "./rules.ts";

const WELL: readonly (readonly [Language, string])[] = [
  ["en", "Press “Send”, then wait…"],
  ["es", "¿Aún no tienes Delta Chat? Pulsa «Enviar»."],
  ["ru", "Нажмите «Отправить» — и ещё раз, если выключено."],
  ["fa", "می‌توانید روی «استفاده از یک کارساز دیگر» بزنید؛ ۳ پیام‌ها."],
  ["fa", "برنامهٔ ایمیل، دعوت‌نامه، شمارهٔ تلفن"],
];
const ILL: readonly (readonly [string, Language, string, string])[] = [
  ["straight quotes", "es", 'Pulsa "Enviar"', "« »"],
  ["a question without its beginning", "es", "Aún no tienes cuenta?", "¿"],
  ["usted", "es", "Aquí usted elige", "tú"],
  ["another word for a relay", "es", "Este relé la rechaza", "retransmisor"],
  ["е where ё is meant", "ru", "Нажмите еще раз", "ё"],
  ["a participle with е", "ru", "Прокси включен", "ё"],
  ["a hyphen for a dash", "ru", "Адрес - это буквы", "—"],
  ["an account by another name", "ru", "Новый аккаунт", "учётная запись"],
  ["an Arabic letter", "fa", "گوشي", "Arabic"],
  ["an Arabic digit", "fa", "٣ روز", "Arabic"],
  ["a Latin comma", "fa", "نام, گذرواژه", "،"],
  ["a missing joiner", "fa", "او می نویسد", "joiner"],
  ["a missing joiner of a plural", "fa", "پیام ها", "joiner"],
  ["Latin digits among words", "fa", "تا 5 روز بعد", "digits"],
  ["mail by an old word", "fa", "نامهٔ تازه", "پیام"],
  ["a chat by another word", "fa", "دربارهٔ گفتگو", "گپ"],
  ["three dots", "en", "Wait...", "…"],
];

for (const [language, text] of WELL) {
  Deno.test(`faultsOf() finds none in ${text}`, () => {
    assert.deepEqual(faultsOf(language, text), []);
  });
}
for (const [name, language, text, say] of ILL) {
  Deno.test(`faultsOf() finds ${name}`, () => {
    const faults = faultsOf(language, text);
    assert.equal(faults.length, 1, faults.join());
    assert.ok(faults[0]?.includes(say), faults.join());
  });
}
