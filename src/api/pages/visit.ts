/** Somebody who looks at a page: what is asked, by whom, in which language. @module */
import { Words } from "../../../web/i18n/words.ts";
import type { Overlay } from "../overlay/overlay.ts";
import type { HttpPeer } from "../../http/peer.ts";
import type { SiteBackend, SiteFacts } from "../site_backend.ts";
import { languageOf } from "./language.ts";

export interface Visit {
  readonly request: Request;
  readonly url: URL;
  readonly peer: HttpPeer;
  readonly facts: SiteFacts;
  readonly words: Words;
  /** There is nothing of the site but what people know the address of. */
  readonly isHidden: boolean;
  /** The operator's own pages. */
  readonly overlay: Overlay | undefined;
}

export function visitOf(
  request: Request,
  backend: SiteBackend,
  peer: HttpPeer,
): Visit {
  const url = new URL(request.url);
  const facts = backend.facts(url.hostname);
  const words = new Words(languageOf(request, facts.language));
  const isHidden = backend.stealth().mode !== "off" || !facts.web.pages;
  const { overlay } = backend;
  return { request, url, peer, facts, words, isHidden, overlay };
}
