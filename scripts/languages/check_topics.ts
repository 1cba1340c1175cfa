/** Fails when a topic of the guide says something else than in English, or says it as its language is not written here. @module */
import { TOPICS } from "../../web/guide/topics.ts";
import { LANGUAGES } from "../../web/i18n/languages.ts";
import { fail, print, REPOSITORY } from "../repository.ts";
import { faultsOf } from "./rules.ts";
import { complaintsAboutTopic, outlineOf } from "./topics.ts";

async function read(language: string, topic: string): Promise<string> {
  const file = `${REPOSITORY}/docs/guide/${language}/${topic}.md`;
  return await Deno.readTextFile(file).catch(() => "");
}

let count = 0;
for (const { name } of TOPICS) {
  const english = await read("en", name);
  // a document that others read too has no translations
  if (english === "") continue;
  const original = outlineOf(english);
  for (const language of LANGUAGES) {
    const text = await read(language, name);
    const place = `docs/guide/${language}/${name}.md`;
    const outline = outlineOf(text);
    count++;
    for (const line of outline.prose) {
      for (const fault of faultsOf(language, line)) fail(`${place}: ${fault}`);
    }
    if (language === "en") continue;
    for (const complaint of complaintsAboutTopic(original, outline)) {
      fail(`${place}: ${complaint}`);
    }
  }
}
print(`${count} topics`);
