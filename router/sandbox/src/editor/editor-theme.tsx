import { useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

const accents = { dark: '#9db0ff', light: '#3d4fb5' } as const;
const backgrounds = { dark: '#1b2130', light: '#ffffff' } as const;

/** Gives the code editor's own widgets (completion, hover, find) the page's colours. */
export function EditorTheme() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    if (monaco === undefined) return;
    for (const tone of ['dark', 'light'] as const) {
      const accent = accents[tone];
      const background = backgrounds[tone];
      // These two names are GraphiQL's own: it applies them when the reader changes the theme.
      monaco.editor.defineTheme(`graphiql-${tone.toUpperCase()}`, {
        base: tone === 'dark' ? 'vs-dark' : 'vs',
        inherit: true,
        rules: [{ token: 'argument.identifier.gql', foreground: tone === 'dark' ? '#c4a7f5' : '#7a3fb0' }],
        colors: {
          'editor.background': '#ffffff00',
          'scrollbar.shadow': '#ffffff00',
          'textLink.foreground': accent,
          'textLink.activeForeground': accent,
          'editorLink.activeForeground': accent,
          'editorHoverWidget.background': background,
          'editorWidget.background': background,
          'editorSuggestWidget.background': background,
          'editorSuggestWidget.selectedBackground': `${accent}2e`,
          'editorSuggestWidget.selectedForeground': accent,
          'editorSuggestWidget.selectedIconForeground': accent,
          'editorSuggestWidget.focusHighlightForeground': accent,
          'editorSuggestWidget.highlightForeground': accent,
          'list.hoverBackground': `${accent}1c`,
          'list.highlightForeground': accent,
          'list.focusHighlightForeground': accent,
          'menu.background': background,
          'menu.selectionBackground': `${accent}2e`,
          'menu.selectionForeground': accent,
          'quickInput.background': background,
          'quickInputList.focusBackground': `${accent}2e`,
          focusBorder: accent,
        },
      });
    }
  }, [monaco]);
  return null;
}
