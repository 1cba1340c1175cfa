/** Who may sign up, how names and passwords look, and how many may at once. @module */
import { decimal, flag, integer, list, size } from "../../kinds.ts";
import { network } from "../../network_kinds.ts";
import { GIB, key, type Keys, MIB } from "../key.ts";

export const REGISTRATION = {
  "registration.open": key(flag, true, "Anyone may sign up"),
  "registration.jit": key(
    flag,
    true,
    "A first login creates the account (while registration is open and no token is required)",
  ),
  "registration.token_required": key(
    flag,
    false,
    "Sign-up needs a registration token",
  ),
  "registration.min_username_length": key(
    integer(1, 64),
    8,
    "Shortest local part of a new account",
  ),
  "registration.max_username_length": key(
    integer(1, 64),
    32,
    "Longest local part of a new account",
  ),
  "registration.username_length": key(
    integer(1, 64),
    9,
    "Length of a generated local part",
  ),
  "registration.password_min_length": key(
    integer(8, 256),
    9,
    "Shortest password of a new account, in octets",
  ),
  "registration.password_length": key(
    integer(8, 256),
    22,
    "Length of a generated password",
  ),
  "registration.allow_chosen_names": key(
    flag,
    true,
    "People who sign up on the web may choose their name",
  ),
  "registration.per_ip_burst": key(
    integer(0, 1_000_000),
    30,
    "New accounts at once from one network (IPv4 /32, IPv6 /56); 0: unlimited",
  ),
  "registration.per_ip_per_hour": key(
    integer(0, 1_000_000),
    60,
    "New accounts an hour from one network; 0: unlimited",
  ),
  "registration.global_per_minute": key(
    integer(0, 1_000_000),
    120,
    "New accounts a minute in all; 0: unlimited",
  ),
  "registration.max_accounts": key(
    integer(0, 1_000_000_000),
    0,
    "No sign-up beyond so many accounts in all; 0: unlimited",
  ),
  "registration.trusted_networks": key(
    list(network),
    ["127.0.0.0/8", "::1/128"],
    "Networks without these limits",
  ),
  "registration.max_load_1m": key(
    decimal(0, 10_000),
    2.5,
    "No new accounts above this load average per core; 0: whatever the load",
  ),
  "registration.min_available_memory": key(
    size(),
    200 * MIB,
    "No new accounts with less memory available; 0: whatever is available",
  ),
  "registration.min_free_disk": key(
    size(),
    GIB,
    "No new accounts with less disk free; 0: whatever is free",
  ),
} as const satisfies Keys<"registration">;
