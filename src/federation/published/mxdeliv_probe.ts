/**
 * Whether other relays can bring mail to a host over HTTPS: `/mxdeliv` has to
 * answer there, with a certificate that they can verify.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { HttpTrouble, post } from "../../http/client/post.ts";
import { dialTls } from "../../net/dial.ts";
import { CertificateError } from "../../net/tls_upgrade.ts";

export interface ProbeParts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** 443, but in tests. */
  readonly port: number;
  /** PEM, trusted beside the roots of the system. */
  readonly roots?: readonly string[];
}

/** undefined: all is well. */
export type ProbeProblem = string | undefined;

const DEADLINE_MS = 15_000;
/** Any answer of a relay begins as one of SMTP (RFC 5321 §4.2). */
const SMTP_REPLY = /^[245]\d\d /;

/** Asks with a request that names nobody, which a relay refuses in its own words. */
export async function probeMxdeliv(
  host: string,
  addresses: readonly string[],
  { clock, timers, port, roots }: ProbeParts,
): Promise<ProbeProblem> {
  let wire;
  try {
    wire = await dialTls({
      addresses,
      port,
      deadlineMs: DEADLINE_MS,
      tls: {
        host,
        certificate: "verified",
        alpn: ["http/1.1"],
        ...(roots ? { roots } : {}),
      },
      clock,
      timers,
    });
  } catch (error) {
    const reason = reasonOf(error);
    return error instanceof CertificateError
      ? `${reason}: relays do not take it`
      : `Nobody answers on port ${port} (${reason})`;
  }
  try {
    const { status, body } = await post(wire, {
      host,
      target: "/mxdeliv",
      fields: [["Content-Type", "message/rfc822"], ["Connection", "close"]],
      sizeOctets: 0,
      async *content() {},
    }, { timers, stallMs: DEADLINE_MS, responseMs: DEADLINE_MS });
    if (SMTP_REPLY.test(new TextDecoder().decode(body))) return undefined;
    return `It has no /mxdeliv (status ${status}): mail comes by port 25 only`;
  } catch (error) {
    if (!(error instanceof HttpTrouble)) throw error;
    return `It does not answer as a web server (${error.message})`;
  } finally {
    wire.close();
  }
}
