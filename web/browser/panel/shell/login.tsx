/** The way in. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { clockSkew, login } from "../client/session.ts";
import { useStore } from "../client/store.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Toasts } from "../ui/toast.tsx";
import { credentialIn } from "./credential.ts";
import { Preferences } from "./preferences.tsx";
import { QrLogin } from "./qr_login.tsx";
import { loginProblem, TokenForm } from "./token_form.tsx";

const MAX_SKEW_SECONDS = 120;

export function Login(
  { code }: { readonly code?: string | undefined },
): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const [isScanning, setScanning] = useState(false);
  const skew = useStore(clockSkew);
  const enter = async (text: string) => {
    const credential = credentialIn(text);
    if (!credential) return setProblem(t("login.no_code"));
    try {
      await login(credential);
    } catch (error) {
      setProblem(loginProblem(error));
    }
  };
  useEffect(() => {
    document.title = t("login.title");
    if (code === undefined) return;
    login({ code }).catch(() => setProblem(t("login.code_used")));
  }, [code]);
  return (
    <div class="login">
      <main class="card login-card">
        <p class="nav-name">Postern</p>
        <h1>{t("login.title")}</h1>
        {problem && <p class="problem" role="alert">{problem}</p>}
        {Math.abs(skew) > MAX_SKEW_SECONDS && (
          <p class="problem">
            {t("login.skew", { minutes: Math.round(skew / 60) })}
          </p>
        )}
        <TokenForm submitLabel={t("login.submit")} />
        <p class="hint">
          {t("login.how")} <bdi dir="ltr" class="code">postern admin-login</bdi>
        </p>
        <div class="login-tools">
          <Button onClick={() => setScanning(true)}>{t("login.scan")}</Button>
          <Preferences />
        </div>
      </main>
      {isScanning && (
        <QrLogin
          onClose={() => setScanning(false)}
          onText={(text) => {
            setScanning(false);
            void enter(text);
          }}
        />
      )}
      <Toasts />
    </div>
  );
}
