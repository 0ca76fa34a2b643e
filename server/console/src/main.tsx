import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { flowsQuery, queryClient } from './api/queries'
import { pickLanguage, speak, startTexts } from './i18n'
import { router } from './router'
import { showTheme } from './state'
import './styles.css'

showTheme()
startTexts()
await speak(pickLanguage(navigator.languages)).catch(() => undefined) // the words in English stay

// The panel of relevo serve --watch tells that a saved flow is in use; elsewhere nobody does.
addEventListener('relevo:reloaded', () => void queryClient.invalidateQueries({ queryKey: flowsQuery.queryKey }))

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
