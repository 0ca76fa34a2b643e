import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

import { overlay } from '../state'

/** A dialog in the middle of the screen; Escape and a click beside it close it. */
export function Overlay({ title, titleHidden, children }: { title: string; titleHidden?: boolean; children: ReactNode }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && overlay.set('none')}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="arrive fixed top-[12dvh] left-1/2 z-40 flex max-h-[76dvh] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-2xl border border-line bg-surface shadow-2xl outline-none">
          <Dialog.Title className={titleHidden ? 'sr-only' : 'px-5 pt-4 pb-2 text-lg font-semibold'}>{title}</Dialog.Title>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
