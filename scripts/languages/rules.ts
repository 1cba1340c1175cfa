/**
 * How each language is written here: its quotes and signs, and one word for one
 * thing. Words of Delta Chat are those of its own translations, since they stand
 * on its buttons; a label of it that has another word is quoted as it is.
 *
 * @module
 */
import type { Language } from "../../web/i18n/languages.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly say: string;
}

/** Neither a letter of a Persian word nor the joiner within one. */
const START = "(?<![\\u0600-\\u06ff\\u200c])";
const END = "(?![\\u0600-\\u06ff\\u200c])";

const EVERYWHERE: readonly Rule[] = [
  { pattern: / {2,}/, say: "one blank" },
  { pattern: /\.\.\./, say: "…" },
  { pattern: /\s[,;:!?](?=\s|$)/, say: "no blank before a sign" },
];

const RULES: Readonly<Record<Language, readonly Rule[]>> = {
  en: [
    { pattern: /"/, say: "“ ”" },
    { pattern: /\bemail\b/i, say: "e-mail" },
    { pattern: /\d %/, say: "no blank before %" },
  ],
  es: [
    { pattern: /["“”]/, say: "« »" },
    { pattern: /^[^¿]*\?(?=[\s»]|$)/, say: "¿ where a question begins" },
    { pattern: /^[^¡]*!(?=[\s»]|$)/, say: "¡ where a cry begins" },
    {
      pattern: /\b(?:usted(?:es)?|su (?:sesión|token) (?:ha|no))\b/i,
      say: "tú",
    },
    {
      pattern:
        /\b(?:Revise|Pulse|Escriba|Elija|Introduzca|Vuelva|Suba|Publique|Detenga|Renuévelo|Escanee|Instale|Guarde|Copie|Seleccione|Compruebe|Libere|Cierre)\b/,
      say: "the form of tú",
    },
    { pattern: /(?<!\p{L})relés?(?!\p{L})/iu, say: "retransmisor" },
    { pattern: /\b[Aa]paratos?\b/, say: "dispositivo" },
    { pattern: /copias? de seguridad/i, say: "copia de respaldo" },
    { pattern: /\b[Cc]onversaci(?:ón|ones)\b/, say: "chat" },
    { pattern: /\b(?:la|una|las|unas) [óo]rden(?:es)?\b/, say: "comando" },
    { pattern: /\blínea de órdenes\b/, say: "línea de comandos" },
    {
      pattern: /\b(?:octetos?|guión|sólo|computadoras?|celular(?:es)?)\b/,
      say: "bytes, guion, solo, ordenador, teléfono",
    },
    { pattern: /\bcódigos? [Qq]r\b/, say: "código QR" },
  ],
  ru: [
    { pattern: /["“”]/, say: "« »" },
    { pattern: /\s-\s(?!(?:и|или) _)/, say: "—" },
    {
      pattern:
        /(?<![а-яё])(?:еще|ее|нее|свое|мое|твое|чье|идет|ждет|дает|придет|пройдет|пойдет|вернет|берет|несет|живет|учетн[а-я]+|надежн[а-я]+|отчет[а-я]*|расчет[а-я]*|подсчет[а-я]*|прием|объем[а-я]*|причем|мед|счет|черный|зеленый|желтый|темн[а-я]+)(?![а-яё])/i,
      say: "ё",
    },
    {
      pattern:
        /(?<![а-яё])(?:включен|отключен|сохранен|удален|изменен|завершен|разрешен|запрещен|подтвержден|поврежден|определен)(?:н[а-яё]+)?(?![а-яё])/i,
      say: "ё",
    },
    { pattern: /аккаунт/i, say: "учётная запись" },
    { pattern: /(?<![а-яё])оператор/i, say: "администратор" },
    { pattern: /межсетев/i, say: "брандмауэр" },
    { pattern: /конфиденциальност/i, say: "приватность" },
    { pattern: /файл[а-я]* настроек/i, say: "файл конфигурации" },
    { pattern: /(?<![а-яё])запечатан/i, say: "зашифрован" },
    { pattern: /(?<![а-яё])(?:qr|Qr)-код/, say: "QR-код" },
    { pattern: /QR код/, say: "QR-код" },
  ],
  fa: [
    { pattern: /["“”]/, say: "« »" },
    {
      pattern: /[\u064a\u0643\u0649\u0629]/,
      say: "letters of Persian, not of Arabic",
    },
    { pattern: /[\u0660-\u0669]/, say: "digits of Persian, not of Arabic" },
    { pattern: /[\u0600-\u06ff\u200c][,;?%]/, say: "، ؛ ؟ ٪" },
    {
      pattern: new RegExp(`${START}ن?می (?=[\\u0600-\\u06ff])`),
      say: "a joiner after می",
    },
    {
      pattern: new RegExp(
        `[\\u0600-\\u06ff] (?:ها|های|هایی|هایش|هایتان)${END}`,
      ),
      say: "a joiner before ها",
    },
    {
      pattern: /(?<=[\u0600-\u06ff] )\d+(?= [\u0600-\u06ff])/,
      say: "digits of Persian among its words",
    },
    { pattern: /کارساز(?! دیگر»)/, say: "سرور" },
    { pattern: /گواهی‌نامه/, say: "گواهی" },
    { pattern: /وب‌?گاه/, say: "سایت" },
    { pattern: /گفت(?:‌?و‌?)?گو/, say: "گپ" },
    { pattern: /نام‌نویسی/, say: "ثبت‌نام" },
    { pattern: /جست‌وجو/, say: "جستجو" },
    { pattern: /بیگان/, say: "غریبه" },
    { pattern: /برگزی|برمی‌گزی/, say: "انتخاب" },
    { pattern: new RegExp(`(?<!شمارهٔ )${START}تلفن`), say: "گوشی" },
    { pattern: /دلتا[ \u200c]چت|(?<!\()Delta Chat/, say: "دلتاچت" },
    { pattern: /دیوار آتش/, say: "فایروال" },
    { pattern: /رایانامه/, say: "ایمیل" },
    { pattern: /مهروموم|رمزشده|رمزنشده|رمزگذاری/, say: "رمزنگاری" },
    { pattern: /تنظیمات/, say: "تنظیم‌ها" },
    {
      pattern: new RegExp(`${START}نامه(?:ٔ|‌ها|‌ای|‌اش|${END})`),
      say: "پیام, or ایمیل",
    },
  ],
};

/** What of a text, without code and addresses, is written another way here. */
export function faultsOf(language: Language, text: string): readonly string[] {
  return [...EVERYWHERE, ...RULES[language]].flatMap(({ pattern, say }) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [`“${found}”: ${say}`];
  });
}
