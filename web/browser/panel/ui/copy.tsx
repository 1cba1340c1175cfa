/** Copies a text, also where the browser has no clipboard for pages without TLS. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";
import { toast } from "./toast.tsx";

const SAID_MS = 2000;

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  area.setAttribute("aria-hidden", "true");
  // what is outside an open dialog cannot be selected
  const parent = document.querySelector("dialog[open]") ?? document.body;
  parent.append(area);
  const before = document.activeElement;
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isDone;
}

export function CopyButton(
  { text, label }: { readonly text: string; readonly label?: string },
): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  return (
    <Button
      small
      onClick={async () => {
        if (!await copyText(text)) return toast(t("copy.failed"), "bad");
        setCopied(true);
        toast(t("copy.done"), "good");
        setTimeout(() => setCopied(false), SAID_MS);
      }}
    >
      {isCopied ? t("copy.done") : label ?? t("copy.copy")}
    </Button>
  );
}
