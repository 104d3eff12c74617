import type { Venue } from './venue.ts'

/** What a person sees who opens the stand-in: that none of it is real, and where each venue is. */
export const landingPage = (venues: readonly Venue[]): string => `<!doctype html>
<html lang="en">
<title>Stand-in for the outside</title>
<style>body{font:16px/1.5 system-ui;margin:3rem auto;max-width:46rem;padding:0 1rem}code{font-size:.9em}</style>
<h1>A stand-in for the outside</h1>
<p><strong>Nothing here is real.</strong> This server speaks like the venues below, so that Lodestream runs where there
is no internet. Prices, moods and news are made up from a seed and the clock; they say nothing about any market.</p>
<ul>
${venues.map(({ prefix, about }) => `<li><code>/${prefix}/</code> ${about}</li>`).join('\n')}
</ul>
<p><a href="/sent">What each has published so far</a>, <a href="/faults">faults that wait</a>.</p>
</html>
`
