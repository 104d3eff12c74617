import { describe, expect, it } from 'vitest'
import { symbolGroups } from '#domain/events/symbol-groups.ts'
import { symbolsIn } from '#feeds/news/symbols.ts'

describe('symbols in a headline', () => {
  it.each([
    ['Bitcoin and Ether rise as funds see record inflows', 'BTC,ETH'],
    ['bitcoin, ETHEREUM and SOL slip', 'BTC,ETH,SOL'],
    ["Bitcoin's rally: Bitcoin-backed loans, post-Bitcoin plans", 'BTC'],
    ['Bitcoin Cash and Ethereum Classic fork', 'BCH,ETC'],
    ['Bitcoin Cash falls while Bitcoin rises', 'BCH,BTC'],
    ['Lockheed Martin and Raytheon win; Northrop waits', 'LMT,NOC,RTX'],
    ['Apple, Microsoft and NVIDIA lead', 'AAPL,MSFT,NVDA'],
    ['$GD up, $btc down, $TSLA flat', 'BTC,GD,TSLA'],
    ['General motors? No: Dynamics (NYSE: GD), Gartner (NYSE:IT), Apple (NASDAQ: AAPL)', 'AAPL,GD,IT'],
    ['BNB hits high', 'BNB'],
    ['Ripple wins; XRP soars', 'XRP'],
  ])('%s: %s', (headline, symbols) => {
    expect(symbolsIn(headline).join(',')).toBe(symbols)
  })

  it.each([
    'Why apple pie sells',
    'Best Apple Pie of the Big Apple',
    'Solana Beach council meets',
    'IT spending rises, GD and BA degrees, ADA compliance, the DOT, a LINK and NEAR misses',
    'Information Technology (IT) budgets',
    'The ripple effect of rates; Ripple Effects in trade',
    'Ethereal music, bitcoiners meet, solanaceae bloom, microsofty',
    'Meta-analysis of stellar tether tests in the amazon rainforest',
    'Fire in the Amazon Rainforest',
    'Nikola Tesla was born',
    'Costs $1.2B, US$5 and $IT_x',
    'mail me@BTC.example or read #BTC',
    'an ether mask',
  ])('none in: %s', (headline) => {
    expect(symbolsIn(headline)).toEqual([])
  })

  it.each(symbolGroups.flatMap(({ symbols }) => symbols))('knows %s, which the platform groups', (symbol) => {
    const ticker = symbol.replace(/USDT$/, '')
    expect(symbolsIn(`Traders watch $${ticker}`)).toEqual([ticker])
  })

  it('stays quick on what is made to be slow', () => {
    const began = performance.now()
    symbolsIn(`${'Bitcoin '.repeat(60)}${'a'.repeat(512)}`)
    symbolsIn('Apple'.concat(' '.repeat(5_000)))
    expect(performance.now() - began).toBeLessThan(200)
  })
})
