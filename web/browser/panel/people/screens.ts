/** Screens about people, mail exchange and upkeep. @module */
import type { Screen } from "../screen.ts";
import { Federation, federationTab } from "../exchange/federation.tsx";
import { Queue } from "../exchange/queue.tsx";
import { Storage } from "../upkeep/storage.tsx";
import { Website } from "../upkeep/website.tsx";
import { Account } from "./accounts/account.tsx";
import { Accounts } from "./accounts/accounts.tsx";
import { Blocked } from "./blocked.tsx";
import { Invites } from "./invites/invites.tsx";
import { Notice } from "./notice.tsx";
import { Shares } from "./shares.tsx";

export const PEOPLE_SCREENS: readonly Screen[] = [
  {
    path: "/accounts",
    title: "screen.accounts",
    icon: "accounts",
    group: "people",
    component: Accounts,
    key: "a",
  },
  {
    path: "/accounts/:address",
    title: "screen.account",
    group: "people",
    component: Account,
  },
  {
    path: "/blocked",
    title: "screen.blocked",
    icon: "blocked",
    group: "people",
    component: Blocked,
    key: "b",
  },
  {
    path: "/invites",
    title: "screen.invites",
    icon: "invites",
    group: "people",
    component: Invites,
    key: "i",
    scope: "accounts",
  },
  {
    path: "/shares",
    title: "screen.shares",
    icon: "shares",
    group: "people",
    component: Shares,
  },
  {
    path: "/notice",
    title: "screen.notice",
    icon: "notice",
    group: "people",
    component: Notice,
    key: "n",
    scope: "full",
  },
];

export const EXCHANGE_SCREENS: readonly Screen[] = [
  {
    path: "/federation",
    title: "screen.federation",
    icon: "federation",
    group: "exchange",
    component: Federation,
    key: "f",
  },
  {
    path: "/federation/:tab",
    title: "screen.federation",
    part: federationTab,
    group: "exchange",
    component: Federation,
  },
  {
    path: "/queue",
    title: "screen.queue",
    icon: "queue",
    group: "exchange",
    component: Queue,
    key: "q",
    scope: "full",
  },
];

export const UPKEEP_SCREENS: readonly Screen[] = [
  {
    path: "/storage",
    title: "screen.storage",
    icon: "storage",
    group: "upkeep",
    component: Storage,
    key: "d",
  },
  {
    path: "/website",
    title: "screen.website",
    icon: "website",
    group: "upkeep",
    component: Website,
  },
];
