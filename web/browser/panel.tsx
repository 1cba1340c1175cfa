/**
 * The admin panel: everything that runs a relay, without a shell.
 *
 * @module
 */
import { render } from "preact";
import { startLive } from "./panel/client/live.ts";
import { resume, session } from "./panel/client/session.ts";
import { useStore } from "./panel/client/store.ts";
import { language, loadLanguage } from "./panel/i18n/language.ts";
import { preferredLanguage } from "./panel/i18n/preferred.ts";
import { codeIn } from "./panel/shell/credential.ts";
import { Login } from "./panel/shell/login.tsx";
import { Shell } from "./panel/shell/shell.tsx";
import { Toasts } from "./panel/ui/toast.tsx";

const code = codeIn(location.hash);
// what is behind # may let somebody in: it is nowhere a moment later
if (location.hash !== "") {
  history.replaceState(null, "", location.pathname + location.search);
}

function Panel() {
  const { state } = useStore(session);
  const shown = useStore(language);
  if (state === "unknown") return null;
  if (state === "out") return <Login key={shown} code={code} />;
  return (
    <>
      <Shell key={shown} />
      <Toasts />
    </>
  );
}

await Promise.all([loadLanguage(preferredLanguage()), resume()]);
startLive();
const place = document.getElementById("panel")!;
place.replaceChildren(); // what was shown until now
render(<Panel />, place);
