/** The field of one setting, by what it takes. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import {
  NumberField,
  SelectField,
  SwitchField,
  TextField,
} from "../ui/fields.tsx";
import { DurationField, SizeField } from "../ui/measures.tsx";
import { randomPassword } from "../parts/secrets.ts";
import { Button } from "../ui/button.tsx";
import { Badge, Code } from "../ui/page.tsx";
import {
  choicesOf,
  isSimpleSpan,
  labelOf,
  octetsOf,
  summaryOf,
} from "./schema.ts";
import type { SettingField } from "./shapes.ts";

export interface SettingInputProps {
  readonly field: SettingField;
  /** As text, whatever its kind. */
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (value: string) => void;
}

export function SettingInput(
  { field, value, error, onChange }: SettingInputProps,
): JSX.Element {
  const shared = {
    label: labelOf(field.key),
    error,
    disabled: field.locked,
    hint: <Hint field={field} />,
  };
  switch (field.type) {
    case "flag":
      return (
        <SwitchField
          {...shared}
          value={value === "true"}
          onChange={(next) => onChange(String(next))}
        />
      );
    case "choice":
      return (
        <SelectField
          {...shared}
          value={value}
          options={choicesOf(field)}
          onChange={onChange}
        />
      );
    case "integer":
      return (
        <NumberField
          {...shared}
          value={value === "" ? undefined : Number(value)}
          {...(field.min === null ? {} : { min: field.min })}
          {...(field.max === null ? {} : { max: field.max })}
          onChange={(next) => onChange(next === undefined ? "" : String(next))}
        />
      );
    case "size":
      if (octetsOf(value) === undefined && value !== "") break;
      return (
        <SizeField
          {...shared}
          value={octetsOf(value)}
          onChange={(next) => onChange(next === undefined ? "" : String(next))}
        />
      );
    case "duration":
      if (!isSimpleSpan(value)) break;
      return <DurationField {...shared} value={value} onChange={onChange} />;
    default:
      break;
  }
  const text = (
    <TextField
      {...shared}
      kind={field.secret ? "secret" : "text"}
      code
      value={value}
      placeholder={field.secret && field.value !== "" ? t("setting.kept") : ""}
      onChange={onChange}
    />
  );
  if (!field.secret || field.locked || OF_A_FORM.has(field.key)) return text;
  return (
    <>
      {text}
      <Button
        small
        label={`${t("paths.draw")}: ${shared.label}`}
        onClick={() => onChange(randomPassword())}
      >
        {t("paths.draw")}
      </Button>
    </>
  );
}

/** Their form depends on what else is set; they are drawn where that is known. */
const OF_A_FORM: ReadonlySet<string> = new Set(["shadowsocks_password"]);

/** What it is, where its value comes from, and what it would be else. */
function Hint({ field }: { readonly field: SettingField }) {
  const { key, source, locked, toml, kind } = field;
  return (
    <>
      {summaryOf(field)} <br />
      <Code>{key}</Code>{" "}
      <Badge kind={source === "db" ? "good" : "plain"}>
        {t(`source.${source}`)}
      </Badge>{" "}
      {locked && (
        <Badge kind="warn">
          {t("setting.locked")} {toml && <Code>{toml}</Code>}
        </Badge>
      )}
      {["list", "percentage"].includes(field.type) && (
        <>
          {" "}
          <Code>{kind}</Code>
        </>
      )}
    </>
  );
}
