/** A contact link as variables of a page. @module */
import type { CustomVariables } from "../../../web/pages/variables.ts";
import { webForm } from "../../sharing/invite.ts";
import { initialOf } from "../../sharing/name.ts";
import type { Share } from "../../sharing/shares.ts";
import { contactOf } from "../pages/contact.ts";
import { qrImage } from "../pages/qr_image.ts";
import type { Visit } from "../pages/visit.ts";
import type { SiteFacts } from "../site_backend.ts";

export function linkOf({ publicUrl }: SiteFacts, { slug }: Share): string {
  return `${publicUrl}/${slug}`;
}

/** @param editKey Of one that was made this moment. */
export function contactVariables(
  { facts }: Visit,
  share: Share,
  editKey?: string,
): CustomVariables {
  const link = linkOf(facts, share);
  const invite = webForm(share.url);
  return {
    Slug: share.slug,
    URL: share.url,
    Name: share.name,
    Initial: initialOf(share.name),
    Kind: share.kind,
    InviteLink: invite,
    Link: link,
    // of its maker: the short link; of the contact: what the app reads
    QR: qrImage(editKey === undefined ? invite : link),
    EditKey: editKey ?? "",
    ReportLink: reportLink(facts.web.abuseContact, link),
  };
}

function reportLink(abuseContact: string, link: string): string {
  const href = contactOf(abuseContact)?.href ?? "";
  return href.startsWith("mailto:") && !href.includes("?")
    ? `${href}?subject=${encodeURIComponent(link)}`
    : href;
}
