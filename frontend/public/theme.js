// Runs before the first paint: a chosen theme must be there from the start, or the page flashes.
try {
  const theme = localStorage.getItem("vaultra_theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's preference applies.
}
