// A whole estate watches itself: well while all is well, and each part that is taken away is named.
import { expect } from 'bun:test'
import { scenario } from '../scenario.ts'
import { startWatchedEstate, untilSignedIn } from '../support/watched-estate.ts'

const storyMs = 180_000

scenario(
  'each part of an estate that is taken away is named, and nothing while all is well',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate()
    try {
      await untilSignedIn(estate)
      await estate.untilVerdict('healthy', [])

      await estate.app.stop()
      await estate.untilVerdict('fault', ['upstream/app.home.localhost'])
    } finally {
      await estate.stop()
    }
  },
  storyMs,
)

scenario(
  'a proxy that is gone is told from the gate behind it',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate()
    try {
      await untilSignedIn(estate)
      await estate.untilVerdict('healthy', [])
      await estate.proxy.stop()
      await estate.untilVerdict('fault', ['ingress'])
      expect((await estate.verdict()).defects).toBe(0)
    } finally {
      await estate.stop()
    }
  },
  storyMs,
)

scenario(
  'a watch that cannot see says so, and blames nobody',
  { needs: ['nginx'] },
  async () => {
    const estate = await startWatchedEstate()
    try {
      await estate.untilVerdict('healthy', [])
      await estate.control.stop()
      await estate.untilVerdict('blind', ['prober'])
    } finally {
      await estate.stop()
    }
  },
  storyMs,
)
