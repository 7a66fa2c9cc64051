/** Text with plain spaces and hyphens where the interface has non-breaking spaces and minus signs. */
export function plain(text: string | undefined): string | undefined {
  return text?.replaceAll("\u00a0", " ").replaceAll("−", "-");
}
