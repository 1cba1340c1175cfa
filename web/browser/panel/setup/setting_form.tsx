/** A form over some settings: only what was changed is sent, all of it or nothing. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Form } from "../ui/form.tsx";
import { errorText } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { labelOf } from "./schema.ts";
import type { SettingField } from "./shapes.ts";
import { SettingInput } from "./setting_input.tsx";

export interface SettingFormProps {
  readonly fields: readonly SettingField[];
  readonly onSaved: () => Promise<void>;
}

export function SettingForm(
  { fields, onSaved }: SettingFormProps,
): JSX.Element {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const changed = Object.entries(typed).filter(([key, value]) => {
    const field = fields.find((one) => one.key === key);
    if (!field) return false;
    return field.secret ? value !== "" : value !== field.value;
  });
  const save = async (values: Readonly<Record<string, string | null>>) => {
    await call("settings.change", { values });
    await onSaved();
    // what was typed meanwhile, and in other fields, stays
    setTyped((now) =>
      Object.fromEntries(
        Object.entries(now).filter(([key, value]) =>
          !(key in values) || value !== (values[key] ?? typed[key])
        ),
      )
    );
    toast(t("setting.saved"), "good");
  };
  return (
    <Form
      submitLabel={t("setting.save")}
      isDirty={changed.length > 0}
      onSubmit={async () => {
        if (changed.length > 0) await save(Object.fromEntries(changed));
      }}
    >
      {(problem) => (
        <>
          {fields.map((field) => (
            <div class="setting" key={field.key}>
              <SettingInput
                field={field}
                value={typed[field.key] ?? (field.secret ? "" : field.value)}
                error={problem(field.key)}
                onChange={(value) =>
                  setTyped((before) => ({ ...before, [field.key]: value }))}
              />
              {field.source === "db" && !field.locked && (
                <Button
                  small
                  label={t("setting.reset_one", {
                    setting: labelOf(field.key),
                  })}
                  onClick={async () => {
                    try {
                      await save({ [field.key]: null });
                    } catch (error) {
                      toast(errorText(error), "bad");
                    }
                  }}
                >
                  {t("setting.reset")}
                </Button>
              )}
            </div>
          ))}
        </>
      )}
    </Form>
  );
}
