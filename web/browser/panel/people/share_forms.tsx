/** Makes short links to contacts, and changes them. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { FormDialog, type Problems } from "../parts/form_dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import type { Share } from "./shapes.ts";

interface FormProps {
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** What is wrong with what. */
const FIELD_OF = {
  invalid_invite: "url",
  slug_too_short: "slug",
  slug_invalid: "slug",
  slug_reserved: "slug",
  slug_taken: "slug",
} as const;

/** What is led to, and by which name. */
function useTarget(of: { readonly url: string; readonly name: string }) {
  const [url, setUrl] = useState(of.url);
  const [name, setName] = useState(of.name);
  const fields = (problem: Problems) => ({
    url: (
      <TextField
        label={t("shares.url")}
        hint={t("shares.url_hint")}
        code
        required
        value={url}
        error={problem("url")}
        onChange={setUrl}
      />
    ),
    name: (
      <TextField
        label={t("shares.name")}
        hint={t("shares.name_hint")}
        value={name}
        maxLength={500}
        error={problem("name")}
        onChange={setName}
      />
    ),
  });
  return { url: url.trim(), name: name.trim(), fields };
}

interface SlugProps {
  readonly value: string;
  readonly problem: Problems;
  readonly onChange: (slug: string) => void;
  readonly hint?: string;
  readonly required?: boolean;
}

function SlugField({ problem, ...props }: SlugProps) {
  return (
    <TextField
      label={t("shares.slug")}
      code
      maxLength={40}
      error={problem("slug")}
      {...props}
    />
  );
}

const NOTHING = { url: "", name: "" } as const;

export function NewShare(props: FormProps): JSX.Element {
  const [slug, setSlug] = useState("");
  const { url, name, fields } = useTarget(NOTHING);
  return (
    <FormDialog
      title={t("shares.new")}
      submit={t("shares.make")}
      done={t("people.saved")}
      disabled={url === ""}
      onSubmit={() => call("sharing.create", { slug: slug.trim(), url, name })}
      fieldOf={FIELD_OF}
      {...props}
    >
      {(problem) => (
        <>
          {fields(problem).url}
          <SlugField
            hint={t("shares.slug_hint")}
            value={slug}
            problem={problem}
            onChange={setSlug}
          />
          {fields(problem).name}
        </>
      )}
    </FormDialog>
  );
}

export function ReserveShare(props: FormProps): JSX.Element {
  const [slug, setSlug] = useState("");
  return (
    <FormDialog
      title={t("shares.reserve")}
      submit={t("shares.reserve")}
      done={t("people.saved")}
      disabled={slug.trim() === ""}
      onSubmit={() => call("sharing.reserve", { slug: slug.trim() })}
      fieldOf={FIELD_OF}
      {...props}
    >
      {(problem) => (
        <>
          <p>{t("shares.reserve_text")}</p>
          <SlugField
            required
            value={slug}
            problem={problem}
            onChange={setSlug}
          />
        </>
      )}
    </FormDialog>
  );
}

export function EditShare(
  { of, ...props }: FormProps & { readonly of: Share },
): JSX.Element {
  const { url, name, fields } = useTarget(of);
  return (
    <FormDialog
      title={t("shares.edit_slug", { slug: of.slug })}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={url === ""}
      onSubmit={() => call("sharing.edit", { slug: of.slug, url, name })}
      fieldOf={FIELD_OF}
      {...props}
    >
      {(problem) => (
        <>
          {fields(problem).url}
          {fields(problem).name}
        </>
      )}
    </FormDialog>
  );
}
