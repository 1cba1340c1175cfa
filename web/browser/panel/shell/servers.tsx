/** From the panel of one relay to that of another. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CallError } from "../client/call.ts";
import {
  forgetServer,
  keepServer,
  MAX_NAME,
  panelAddress,
  servers,
} from "../client/servers.ts";
import { useStore } from "../client/store.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { Form } from "../ui/form.tsx";
import { Code } from "../ui/page.tsx";
import { Empty } from "../ui/state.tsx";

export function Servers(
  { onClose }: { readonly onClose: () => void },
): JSX.Element {
  const known = useStore(servers);
  return (
    <Dialog title={t("servers.title")} onClose={onClose}>
      <p class="lead">{t("servers.text")}</p>
      {known.length === 0 && <Empty title={t("servers.none")} />}
      {known.length > 0 && (
        <ul class="jobs" aria-label={t("servers.title")}>
          {known.map(({ name, url }) => (
            <li key={url}>
              <div>
                <a href={url} rel="noreferrer">
                  <bdi>{name}</bdi>
                </a>
                <p class="hint">
                  <Code>{url}</Code>
                </p>
              </div>
              <Button
                small
                label={t("servers.forget_name", { name })}
                onClick={() => forgetServer(url)}
              >
                {t("people.remove")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <AddServer />
    </Dialog>
  );
}

function AddServer() {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  return (
    <Form
      submitLabel={t("servers.add")}
      onSubmit={() => {
        const address = panelAddress(url);
        if (address === undefined) {
          const problem = t("servers.wrong");
          return Promise.reject(new CallError("invalid", problem, "url"));
        }
        keepServer({
          name: name.trim() || new URL(address).host,
          url: address,
        });
        setName("");
        setUrl("");
        return Promise.resolve();
      }}
    >
      {(problem) => (
        <>
          <TextField
            kind="url"
            code
            label={t("servers.url")}
            hint={t("servers.url_hint")}
            placeholder="https://chat.example/admin/"
            value={url}
            error={problem("url")}
            onChange={setUrl}
          />
          <TextField
            label={t("servers.name")}
            hint={t("servers.name_hint")}
            maxLength={MAX_NAME}
            value={name}
            onChange={setName}
          />
        </>
      )}
    </Form>
  );
}
