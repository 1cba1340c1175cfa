/** A picture of somebody or of a group, to be chosen or taken away. @module */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import { toast } from "../../../panel/ui/toast.tsx";
import { readyFace } from "./picture.ts";
import { said } from "./said.ts";

export function FaceField({ has, onChange }: {
  /** There is one now. */
  readonly has: boolean;
  readonly onChange: (picture: Uint8Array | "none") => Promise<void>;
}): JSX.Element {
  const lastChosen = useRef(0);
  async function change(file: File | undefined): Promise<void> {
    if (!file) return;
    const chosen = ++lastChosen.current;
    const picture = await readyFace(file);
    if (chosen !== lastChosen.current) return; // another one was, or none
    if (!picture) return toast(t("app.no_picture"), "bad");
    await onChange(picture);
  }
  return (
    <p class="app-actions">
      <label class="button small app-attach">
        {t("app.choose_picture")}
        <input
          class="unseen"
          type="file"
          accept="image/*"
          onChange={({ currentTarget }) => {
            change(currentTarget.files?.[0])
              .catch((error) => toast(said(error), "bad"));
            currentTarget.value = "";
          }}
        />
      </label>
      {has && (
        <Button
          small
          onClick={() => {
            lastChosen.current++;
            onChange("none").catch((error) => toast(said(error), "bad"));
          }}
        >
          {t("app.remove_picture")}
        </Button>
      )}
    </p>
  );
}
