/**
 * What programs need of a relay that hides: everything else is hidden. Where an
 * answer would tell a stranger that something is there, it is hidden too, unless
 * who asks has shown that he knows.
 *
 * @module
 */
import { MTA_STS_PATH } from "../../federation/published/mta_sts_policy.ts";
import type { HttpPeer } from "../../http/peer.ts";
import { ACME_PREFIX } from "../acme_challenges.ts";
import { AUTOCONFIG_PATHS } from "../autoconfig.ts";
import { bearerToken } from "../exchanger/bearer.ts";
import { ECHO_PREFIX } from "../../http/echo/port_echo.ts";
import { EXCHANGER_PATHS } from "../exchanger/exchanger.ts";
import { hasEnvelope } from "../mxdeliv/envelope.ts";
import { MXDELIV_PATHS } from "../mxdeliv/mxdeliv.ts";
import { INVITE_PREFIX } from "../pages/routes.ts";
import { isReadablePath } from "../path_check.ts";
import { SIGN_UP_PATHS } from "../new_account.ts";

/** What decides who may see what; asked at each request. */
export interface Known {
  /** An exchanger of ours has this token. */
  isExchanger(token: string): boolean;
  /** Without being invited: then everybody may know. */
  isSignUpOpen(): boolean;
  /** Mail of other servers is taken without TLS. */
  takesPlainMail(): boolean;
  /** Has an account, or may see that there is mail over HTTP. */
  mayUseWebmail(request: Request, peer: HttpPeer): Promise<boolean>;
  /** Of admin API and panel. */
  readonly admin: {
    /** Where strangers guess it. */
    guessed(): readonly string[];
    /** Who asks there was told. */
    secret(): readonly string[];
  };
}

export interface KeptRoute {
  readonly methods: readonly string[];
  readonly paths: readonly string[] | { readonly prefix: string } | {
    /** These, and all below them. */
    below(known: Known): readonly string[];
  };
  /** Who asks so knows what is here: all answers are shown. */
  isKnown?(
    request: Request,
    known: Known,
    peer: HttpPeer,
  ): boolean | Promise<boolean>;
  /** What others ask for there does not reach the site. */
  readonly knownOnly?: true;
  /** Whether a stranger sees this answer. */
  isShown(response: Response, known: Known): boolean;
}

const READ = ["GET", "HEAD"];
const isThere = ({ status }: Response) => status === 200;
const never = () => false;

export const KEPT_ROUTES: readonly KeptRoute[] = [
  { methods: READ, paths: { prefix: ACME_PREFIX }, isShown: isThere },
  { methods: READ, paths: AUTOCONFIG_PATHS, isShown: isThere },
  { methods: READ, paths: [MTA_STS_PATH], isShown: isThere },
  { methods: READ, paths: { prefix: INVITE_PREFIX }, isShown: isThere },
  // while the doctor asks another relay to look
  { methods: READ, paths: { prefix: ECHO_PREFIX }, isShown: isThere },
  {
    methods: ["POST"],
    paths: SIGN_UP_PATHS,
    isShown: (response, known) =>
      known.isSignUpOpen() || response.status === 200,
  },
  {
    methods: ["POST"],
    paths: MXDELIV_PATHS,
    isKnown: ({ url, headers }, known) =>
      hasEnvelope(headers) &&
      (new URL(url).protocol === "https:" || known.takesPlainMail()),
    isShown: never,
  },
  {
    methods: ["GET", "HEAD", "POST", "DELETE", "OPTIONS"],
    paths: { below: ({ admin }) => admin.secret() },
    isKnown: () => true,
    isShown: never,
  },
  {
    methods: ["GET", "HEAD", "POST", "DELETE", "OPTIONS"],
    paths: { below: () => ["/webimap", "/websmtp"] },
    isKnown: (request, known, peer) => known.mayUseWebmail(request, peer),
    knownOnly: true,
    isShown: never,
  },
  {
    // the API shows nothing to those who have no token
    methods: ["GET", "POST", "DELETE"],
    paths: { below: ({ admin }) => admin.guessed() },
    isShown: ({ status }) => status !== 404,
  },
  {
    methods: ["GET", "POST"],
    paths: EXCHANGER_PATHS,
    isKnown: ({ headers }, known) => known.isExchanger(bearerToken(headers)),
    isShown: never,
  },
];

export function keptRoute(
  { method, url }: Request,
  known: Known,
): KeptRoute | undefined {
  const { pathname } = new URL(url);
  if (!isReadablePath(pathname)) return undefined;
  return KEPT_ROUTES.find(({ methods, paths }) => {
    if (!methods.includes(method)) return false;
    if ("prefix" in paths) return pathname.startsWith(paths.prefix);
    if (!("below" in paths)) return paths.includes(pathname);
    return paths.below(known).some((path) =>
      `${pathname}/`.startsWith(`${path}/`)
    );
  });
}
