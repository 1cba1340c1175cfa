/** Every page there is, by the name of its template. @module */
import type { JSX } from "preact";
import { AccountPage } from "./account.tsx";
import { DeployPage, InfoPage, PrivacyPage, SecurityPage } from "./facts.tsx";
import { GuideIndexPage, GuidePage } from "./guide.tsx";
import { ErrorPage, MessagePage, NotFoundPage } from "./message.tsx";
import { OwnAccountPage } from "./own_account.tsx";
import { OwnLinkPage } from "./own_link.tsx";
import type { Pen } from "./pen.ts";
import { ContactPage, SharedPage, SharePage } from "./sharing.tsx";
import { InvitePage, LandingPage, NewAccountPage } from "./sign_up.tsx";

export const PAGES = {
  index: LandingPage,
  new: NewAccountPage,
  invite: InvitePage,
  info: InfoPage,
  privacy: PrivacyPage,
  security: SecurityPage,
  deploy: DeployPage,
  contact_share: SharePage,
  contact_share_success: SharedPage,
  contact_view: ContactPage,
  contact_edit: OwnLinkPage,
  docs_index: GuideIndexPage,
  docs_page: GuidePage,
  404: NotFoundPage,
  error: ErrorPage,
  message: MessagePage,
  account: AccountPage,
  own_account: OwnAccountPage,
} as const satisfies Record<
  string,
  (props: { readonly pen: Pen }) => JSX.Element
>;

export type PageName = `${keyof typeof PAGES}`;
