/** Makes short links to contacts, and changes them. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { FormDialog } from "../parts/form_dialog.tsx";
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

function closing({ onChanged, onClose }: FormProps): () => void {
  return () => {
    onChanged();
    onClose();
  };
}

export function NewShare(props: FormProps): JSX.Element {
  const [slug, setSlug] = useState("");
  const [url, setUrl] = useState("");
  const [name, setName] = useState("");
  return (
    <FormDialog
      title={t("shares.new")}
      submit={t("shares.make")}
      done={t("people.saved")}
      disabled={url.trim() === ""}
      onSubmit={() =>
        call("sharing.create", {
          slug: slug.trim(),
          url: url.trim(),
          name: name.trim(),
        })}
      fieldOf={FIELD_OF}
      onDone={closing(props)}
      onClose={props.onClose}
    >
      {(problem) => (
        <>
          <TextField
            label={t("shares.url")}
            hint={t("shares.url_hint")}
            code
            required
            value={url}
            error={problem("url")}
            onChange={setUrl}
          />
          <TextField
            label={t("shares.slug")}
            hint={t("shares.slug_hint")}
            code
            maxLength={40}
            value={slug}
            error={problem("slug")}
            onChange={setSlug}
          />
          <TextField
            label={t("shares.name")}
            hint={t("shares.name_hint")}
            value={name}
            maxLength={500}
            error={problem("name")}
            onChange={setName}
          />
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
      onDone={closing(props)}
      onClose={props.onClose}
    >
      {(problem) => (
        <>
          <p>{t("shares.reserve_text")}</p>
          <TextField
            label={t("shares.slug")}
            code
            required
            maxLength={40}
            value={slug}
            error={problem("slug")}
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
  const [url, setUrl] = useState(of.url);
  const [name, setName] = useState(of.name);
  return (
    <FormDialog
      title={t("shares.edit_slug", { slug: of.slug })}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={url.trim() === ""}
      onSubmit={() =>
        call("sharing.edit", {
          slug: of.slug,
          url: url.trim(),
          name: name.trim(),
        })}
      fieldOf={FIELD_OF}
      onDone={closing(props)}
      onClose={props.onClose}
    >
      {(problem) => (
        <>
          <TextField
            label={t("shares.url")}
            hint={t("shares.url_hint")}
            code
            required
            value={url}
            error={problem("url")}
            onChange={setUrl}
          />
          <TextField
            label={t("shares.name")}
            value={name}
            maxLength={500}
            error={problem("name")}
            onChange={setName}
          />
        </>
      )}
    </FormDialog>
  );
}
