import type { AuditEntry } from "../../lib/api";

const ACTIONS: Record<AuditEntry["action"], string> = {
  signed_up: "Account created",
  signed_in: "Signed in",
  sign_in_refused: "Sign-in refused",
  signed_out: "Signed out",
  signed_out_everywhere: "Signed out everywhere",
  session_reused: "Session ended, because it was used twice",
  password_changed: "Password changed",
  password_reset_asked: "New password asked for",
  password_reset: "New password set by a mailed link",
  email_verified: "E-mail address confirmed",
  google_linked: "Google sign-in added",
  user_exported: "Account exported",
  user_deleted: "Account deleted",
  business_created: "Business created",
  business_exported: "Business exported",
  business_deleted: "Business deleted",
  member_invited: "Member invited",
  invitation_revoked: "Invitation taken back",
  member_joined: "Invitation accepted",
  role_changed: "Role changed",
  member_removed: "Member removed",
  stripe_connected: "Stripe connected",
  stripe_disconnected: "Stripe disconnected",
  token_created: "Token made",
  token_revoked: "Token revoked",
  denied: "Refused, for want of a right",
};

/** What was done, for people. */
export function actionLabel(action: AuditEntry["action"]): string {
  return ACTIONS[action];
}
