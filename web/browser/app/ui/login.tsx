/** The way in: a new account, one that exists, or all of another browser. @module */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { SwitchField, TextField } from "../../panel/ui/fields.tsx";
import { exchange, post } from "../net/exchange.ts";
import { RelayError } from "../net/mail_link.ts";
import type { Account } from "../model/types.ts";
import { importKey, makeKey } from "../protocol/keys.ts";
import { QrLogin } from "../../panel/shell/qr_login.tsx";
import { parseLogin, tokenIn } from "../protocol/login_link.ts";
import { Symbol } from "./parts/symbol.tsx";
import { said } from "./parts/said.ts";

export interface LoginProps {
  readonly onEnter: (account: Account, isKept: boolean) => Promise<void>;
  /** A file of another browser, and its code. */
  readonly onMove: (
    file: string,
    code: string,
    isKept: boolean,
  ) => Promise<void>;
}

type Way = "new" | "known" | "moved";

export function Login({ onEnter, onMove }: LoginProps): JSX.Element {
  const [way, setWay] = useState<Way>("new");
  const [isKept, setKept] = useState(true);
  const keep = (
    <SwitchField
      label={t("app.keep")}
      value={isKept}
      onChange={setKept}
      hint={t("app.keep_hint")}
    />
  );
  const others: readonly Way[] = (["new", "known", "moved"] as const)
    .filter((one) => one !== way);
  return (
    <main class="app-login">
      <header>
        <span class="app-emblem">
          <Symbol name="bubbles" />
        </span>
        <h1>{t("app.title")}</h1>
        <p class="hint">{t("app.what")}</p>
      </header>
      <div class="card">
        {way === "new" && (
          <New onEnter={(account) => onEnter(account, isKept)}>{keep}</New>
        )}
        {way === "known" && (
          <Known onEnter={(account) => onEnter(account, isKept)}>{keep}</Known>
        )}
        {way === "moved" && (
          <Moved onMove={(file, code) => onMove(file, code, isKept)}>
            {keep}
          </Moved>
        )}
      </div>
      <div class="app-ways">
        {others.map((one) => (
          <Button key={one} onClick={() => setWay(one)}>
            {t(`app.way.${one}`)}
          </Button>
        ))}
      </div>
      <p class="hint">{t("app.experimental")}</p>
    </main>
  );
}

interface WayProps {
  readonly children: ComponentChildren;
  readonly onEnter: (account: Account) => Promise<void>;
}

function New({ onEnter, children }: WayProps) {
  const [name, setName] = useState("");
  const [token, setToken] = useState(tokenOfLink());
  const [isAsked, setAsked] = useState(token !== "");
  return (
    <Form
      submit={t("app.create")}
      onSubmit={async () => {
        const credentials = await register(tokenIn(token)).catch((error) => {
          setAsked(true); // the relay may want an invitation
          throw error;
        });
        const key = await makeKey(credentials.address);
        await onEnter({
          ...credentials,
          name: name.trim(),
          key,
          sendsReceipts: true,
        });
      }}
    >
      <h2>{t("app.way.new")}</h2>
      <TextField
        label={t("app.your_name")}
        value={name}
        onChange={setName}
        hint={t("app.name_hint")}
        maxLength={80}
      />
      {isAsked && (
        <TextField
          label={t("app.invitation")}
          value={token}
          onChange={setToken}
          hint={t("app.invitation_hint")}
          code
        />
      )}
      {children}
    </Form>
  );
}

function Known({ onEnter, children }: WayProps) {
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [password, setPassword] = useState("");
  const [key, setKey] = useState<File>();
  const [passphrase, setPassphrase] = useState("");
  const [isScanning, setScanning] = useState(false);
  const [problem, setProblem] = useState("");

  /** A link has both. */
  function take(text: string): boolean {
    const login = parseLogin(text);
    if (!login) return false;
    setAddress(login.address);
    setPassword(login.password);
    setProblem("");
    return true;
  }

  return (
    <Form
      submit={t("app.log_in")}
      onSubmit={async () => {
        const known = { address: address.trim().toLowerCase(), password };
        await post("/webimap/ticket", {}, known); // whether they are right
        const own = key
          ? await importKey(await key.text(), passphrase)
          : await makeKey(known.address);
        await onEnter({
          ...known,
          name: name.trim(),
          key: own,
          sendsReceipts: true,
          // the app that it comes from
          ...(key ? { hasOtherDevices: true } : {}),
        });
      }}
    >
      <h2>{t("app.way.known")}</h2>
      <Button onClick={() => setScanning(true)}>
        <Symbol name="camera" /> {t("app.scan_login")}
      </Button>
      {isScanning && (
        <QrLogin
          text={t("app.scan_login_text")}
          onText={(text) => {
            setScanning(false);
            if (!take(text)) setProblem(t("app.error.no_login"));
          }}
          onClose={() => setScanning(false)}
        />
      )}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <TextField
        label={t("app.address")}
        hint={t("app.address_hint")}
        value={address}
        onChange={(text) => take(text) || setAddress(text)}
        required
        code
        autocomplete="username"
      />
      <TextField
        kind="secret"
        label={t("app.password")}
        value={password}
        onChange={setPassword}
        required
        autocomplete="current-password"
      />
      <TextField
        label={t("app.your_name")}
        value={name}
        onChange={setName}
        hint={t("app.name_hint")}
        maxLength={80}
      />
      <FileField
        label={t("app.key_file")}
        hint={t("app.key_hint")}
        accept=".asc,.gpg,.key,text/plain"
        onChange={setKey}
      />
      {key && (
        <TextField
          kind="secret"
          label={t("app.passphrase")}
          value={passphrase}
          onChange={setPassphrase}
        />
      )}
      {children}
    </Form>
  );
}

function Moved({ onMove, children }: {
  readonly children: ComponentChildren;
  readonly onMove: (file: string, code: string) => Promise<void>;
}) {
  const [file, setFile] = useState<File>();
  const [code, setCode] = useState("");
  return (
    <Form
      submit={t("app.move_in")}
      isReady={file !== undefined && code.trim() !== ""}
      onSubmit={async () => await onMove(await file!.text(), code)}
    >
      <h2>{t("app.way.moved")}</h2>
      <p class="hint">{t("app.moved_hint")}</p>
      <FileField
        label={t("app.transfer_file")}
        accept=".json,application/json"
        onChange={setFile}
      />
      <TextField
        label={t("app.transfer_code")}
        value={code}
        onChange={setCode}
        code
      />
      {children}
    </Form>
  );
}

function Form({ submit, isReady = true, onSubmit, children }: {
  readonly submit: string;
  readonly isReady?: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly children: ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  return (
    <form
      class="app-form"
      onSubmit={async (event) => {
        event.preventDefault();
        if (busy || !isReady) return;
        setBusy(true);
        setProblem("");
        try {
          await onSubmit();
        } catch (error) {
          setProblem(said(error));
          setBusy(false);
        }
      }}
    >
      {children}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <Button submit kind="primary" busy={busy} disabled={!isReady}>
        {submit}
      </Button>
    </form>
  );
}

function FileField({ label, hint, accept, onChange }: {
  readonly label: string;
  readonly hint?: string;
  readonly accept: string;
  readonly onChange: (file: File | undefined) => void;
}) {
  return (
    <div class="field">
      <label>
        {label}
        <input
          type="file"
          accept={accept}
          onChange={(event) => onChange(event.currentTarget.files?.[0])}
        />
      </label>
      {hint && <p class="hint">{hint}</p>}
    </div>
  );
}

async function register(token: string) {
  const query = token === "" ? "" : `?token=${encodeURIComponent(token)}`;
  const { isOk, status, fields } = await exchange(`/new${query}`, {
    headers: { "accept-language": document.documentElement.lang },
  });
  if (!isOk) {
    const reason = fields.reason ?? fields.error;
    if (typeof reason !== "string") throw new RelayError(String(status));
    throw new RelayError(reason, String(fields.code), true);
  }
  // as letters are read: [IPv6:…] of a relay without a domain has capitals
  const address = String(fields.email).toLowerCase();
  return { address, password: String(fields.password) };
}

/** Of `#token=…`, which browsers send nowhere. */
function tokenOfLink(): string {
  const fields = new URLSearchParams(location.hash.slice(1));
  return fields.get("token")?.slice(0, 128) ?? "";
}
