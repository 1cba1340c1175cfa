/** The browser that somebody has the messenger open in. @module */
import { post } from "./exchange.ts";
import type { Outside } from "./outside.ts";

export const BROWSER: Outside = {
  post,
  later(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  open(path) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new WebSocket(url);
  },
  onBack(work) {
    const onVisible = () => document.hidden || work();
    addEventListener("online", work);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      removeEventListener("online", work);
      document.removeEventListener("visibilitychange", onVisible);
    };
  },
};
