/**
 * Opens a side panel by its title. The editor unfolds the pane only for a press of its own button, so this presses it:
 * choosing the plugin through the editor's actions would leave the pane folded.
 */
export function showPlugin(title: string): void {
  document
    .querySelector<HTMLButtonElement>(`.graphiql-sidebar button[aria-label="Show ${CSS.escape(title)}"]`)
    ?.click();
}
