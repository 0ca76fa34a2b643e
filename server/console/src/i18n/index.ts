import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import { en, type Texts } from './en'

/** The languages the console speaks, named as their speakers name them. */
export const languages = { en: 'English', es: 'Español', pt: 'Português' } as const
export type Language = keyof typeof languages

const loaders: Record<Exclude<Language, 'en'>, () => Promise<Texts>> = {
  es: () => import('./es').then((file) => file.es),
  pt: () => import('./pt').then((file) => file.pt),
}

/** The first of the wanted languages ("pt-BR", "es") that the console speaks; English when there is none. */
export function pickLanguage(wanted: readonly (string | undefined)[]): Language {
  for (const one of wanted) {
    const short = one?.slice(0, 2).toLowerCase()
    if (short && short in languages) return short as Language
  }
  return 'en'
}

/** Starts the texts in English, which is part of the first download. */
export function startTexts() {
  void i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false }, // React writes text nodes
    returnNull: false,
  })
}

/** Shows the console in a language, loading it first when needed. A language that can not be loaded leaves the present one. */
export async function speak(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    const texts = await loaders[language]()
    i18next.addResourceBundle(language, 'translation', texts)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
}
