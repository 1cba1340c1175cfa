/** Who a request is of (RFC 8489 §9.2.4). @module */
import { type Clock, nowSeconds } from "../../base/clock.ts";
import {
  type Attribute,
  ATTRIBUTES,
  errorAttribute,
  type ErrorNumber,
  textAttribute,
} from "../proto/attributes.ts";
import {
  attributeOf,
  integrityInput,
  METHODS,
  type StunMessage,
} from "../proto/message.ts";
import { type CredentialKeys, expiryOf, isSigned } from "./credentials.ts";
import type { Nonces } from "./nonces.ts";
import type { TurnPeer } from "./ports.ts";

export interface Authenticated {
  readonly username: string;
  readonly key: Uint8Array;
}

export interface NotAuthenticated {
  readonly error: ErrorNumber;
  /** Of the answer: made when there is one. */
  attributes(): readonly Attribute[];
  /** The password was wrong, and the nonce right. */
  readonly isFailure: boolean;
}

/** So long after their end credentials hold up what was allocated by them. */
const GRACE_SECONDS = 86_400;

export interface AuthenticationParts {
  readonly clock: Clock;
  readonly nonces: Nonces;
  readonly realm: string;
  readonly keys: CredentialKeys;
}

const decoder = new TextDecoder();

/** @param octets The message as it came. */
export function authenticate(
  { clock, nonces, realm, keys }: AuthenticationParts,
  client: TurnPeer,
  message: StunMessage,
  octets: Uint8Array,
): Authenticated | NotAuthenticated {
  const now = nowSeconds(clock);
  const { hostname } = client.address;
  function challenge(error: 401 | 438, isFailure = false): NotAuthenticated {
    const attributes = () => [
      errorAttribute(error),
      textAttribute(ATTRIBUTES.realm, realm),
      textAttribute(ATTRIBUTES.nonce, nonces.make(now, hostname)),
    ];
    return { error, attributes, isFailure };
  }
  if (!message.integrity) return challenge(401);
  const username = textOf(message, ATTRIBUTES.username);
  const nonce = textOf(message, ATTRIBUTES.nonce);
  const saidRealm = textOf(message, ATTRIBUTES.realm);
  if (
    username === undefined || nonce === undefined || saidRealm === undefined
  ) {
    const attributes = () => [errorAttribute(400)];
    return { error: 400, attributes, isFailure: false };
  }
  if (!nonces.isValid(nonce, now, hostname)) return challenge(438);
  const expiry = expiryOf(username);
  const grace = message.method === METHODS.allocate ? 0 : GRACE_SECONDS;
  if (expiry === undefined || expiry + grace < now) return challenge(401);
  const key = keys.keyOf(username);
  const signed = integrityInput(octets, message.integrity);
  return isSigned(key, signed, message.integrity.value)
    ? { username, key }
    : challenge(401, true);
}

const MAX_TEXT_OCTETS = 763; // RFC 8489 §14.3, §14.9, §14.10

function textOf(message: StunMessage, type: number): string | undefined {
  const value = attributeOf(message, type);
  return value && value.length <= MAX_TEXT_OCTETS
    ? decoder.decode(value)
    : undefined;
}
