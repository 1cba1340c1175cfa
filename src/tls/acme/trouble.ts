/** What an authority refuses, and what else may go wrong on the way to it. @module */
import { systemError } from "../../base/system_errors.ts";

/** RFC 7807, with the members of RFC 8555 §6.7. */
export interface Problem {
  /** Without `urn:ietf:params:acme:error:`, as `rateLimited`. */
  readonly type: string;
  readonly detail: string;
  /** The name that it is about. */
  readonly name?: string;
  readonly subproblems: readonly Problem[];
}

/**
 * "unreachable": no answer; "protocol": one that cannot be understood;
 * "refused": the authority says why; "validation": it could not see that a name
 * is ours; "files": what is to be kept here cannot be.
 */
export type TroubleKind =
  | "unreachable"
  | "protocol"
  | "refused"
  | "validation"
  | "files";

/** A name that could not be seen to be ours, and by which kind of challenge. */
export interface FailedName {
  readonly name: string;
  /** Absent: none of those that the authority offers can be done here. */
  readonly challenge?: string;
  readonly why: string;
  /** What the authority says of it. */
  readonly problem?: Problem;
}

export class AcmeTrouble extends Error {
  override readonly name = "AcmeTrouble";
  constructor(
    readonly kind: TroubleKind,
    message: string,
    readonly more: {
      readonly problem?: Problem;
      /** How long the authority asks to wait. */
      readonly retryAfterMs?: number;
      readonly status?: number;
      readonly failed?: readonly FailedName[];
    } = {},
  ) {
    super(message);
  }

  isProblem(type: string): boolean {
    const { problem } = this.more;
    return problem !== undefined &&
      [problem, ...problem.subproblems].some((one) => one.type === type);
  }
}

/** Of an error of the system about a file; undefined for any other. */
export function filesTrouble(error: unknown): AcmeTrouble | undefined {
  const found = systemError(error);
  if (!found) return undefined;
  const { path = "a file", reason } = found;
  return new AcmeTrouble("files", `${path} cannot be used: ${reason}`);
}

/** Every way that was tried. */
export function validationTrouble(failed: readonly FailedName[]): AcmeTrouble {
  const whys = failed.map(({ name, challenge, why }) =>
    `${name}${challenge === undefined ? "" : ` by ${challenge}`}: ${why}`
  );
  const problem = failed.findLast((one) => one.problem)?.problem;
  return new AcmeTrouble("validation", whys.join("; "), {
    failed,
    ...(problem === undefined ? {} : { problem }),
  });
}

const MAX_SHOWN = 500;
/** Of a whole problem, with what is in it. */
const MAX_DESCRIBED = 2000;
const MAX_SUBPROBLEMS = 100;
const TYPE_PREFIX = "urn:ietf:params:acme:error:";

/** @param json of a hostile peer: what is not there, or has another form, is left out */
export function readProblem(json: unknown): Problem {
  const { type, detail, identifier, subproblems } = members(json);
  const { value } = members(identifier);
  const name = shown(value);
  return {
    type: shown(type).replace(TYPE_PREFIX, "") || "unknown",
    detail: shown(detail),
    ...(name === "" ? {} : { name }),
    subproblems: Array.isArray(subproblems)
      ? subproblems.slice(0, MAX_SUBPROBLEMS).map((one) =>
        readProblem({ ...members(one), subproblems: undefined })
      )
      : [],
  };
}

/** One line for people. */
export function describeProblem(problem: Problem): string {
  const { type, detail, name, subproblems } = problem;
  const own = `${name === undefined ? "" : `${name}: `}${detail} (${type})`;
  const whole = [own, ...subproblems.map(describeProblem)].join("; ");
  return whole.length > MAX_DESCRIBED
    ? `${whole.slice(0, MAX_DESCRIBED)}…`
    : whole;
}

function members(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null
    ? json as Record<string, unknown>
    : {};
}

/** What ends a line, moves a cursor or turns the direction of text. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

function shown(value: unknown): string {
  if (typeof value !== "string") return "";
  return value.slice(0, MAX_SHOWN).replaceAll(UNPRINTABLE, " ").trim();
}
