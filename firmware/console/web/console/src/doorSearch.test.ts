import { describe, expect, it } from 'vitest'
import { searchDoors } from './doorSearch'

const doors = [
  { id: 'gate-2', name: '2号门' },
  { id: 'gate-12', name: '12号门' },
  { id: 'b3-u2', name: '3 号楼 2 单元' },
  { id: 'garage', name: '地下车库' },
]
// Friday, 2026-11-27 09:30 wherever the test runs.
const now = new Date(2026, 10, 27, 9, 30).getTime()
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).toISOString()
const search = (text: string) => searchDoors(text, doors, now)

describe('a question about the doors', () => {
  it('is read as people ask it', () => {
    expect(search('昨晚 谁开了 2号门')).toEqual({ filters: { door: 'gate-2', kind: 'granted', from: at(26, 18), to: at(27, 6) }, rest: '' })
    expect(search('昨晚谁开了2号门？')).toEqual(search('昨晚 谁开了 2号门'))
    expect(search('last night who opened gate-2')).toEqual(search('昨晚 谁开了 2号门'))
  })
  it('does not take one door for another whose name ends in the same', () => {
    expect(search('12号门').filters.door).toBe('gate-12')
    expect(search('2 号门').filters.door).toBe('gate-2')
    expect(search('3号楼2单元 今天').filters.door).toBe('b3-u2')
    expect(search('22号门')).toEqual({ filters: {}, rest: '22号门' })
  })
  it('knows days and parts of them', () => {
    expect(search('今天').filters).toEqual({ from: at(27, 0), to: at(28, 0) })
    expect(search('昨天').filters).toEqual({ from: at(26, 0), to: at(27, 0) })
    expect(search('前天下午').filters).toEqual({ from: at(25, 12), to: at(25, 18) })
    expect(search('今早').filters).toEqual({ from: at(27, 6), to: at(27, 12) })
    expect(search('11月3日').filters).toEqual({ from: at(3, 0), to: at(4, 0) })
    expect(search('最近 2 小时').filters).toEqual({ from: at(27, 7, 30), to: at(27, 9, 30) })
  })
  it('looks five minutes around a time', () => {
    expect(search('23:10 昨天').filters).toEqual({ from: at(26, 23, 5), to: at(26, 23, 15) })
    expect(search('昨晚11点半').filters).toEqual({ from: at(26, 23, 25), to: at(26, 23, 35) })
    expect(search('昨晚 1点').filters).toEqual({ from: at(27, 0, 55), to: at(27, 1, 5) })
    expect(search('8点').filters).toEqual({ from: at(27, 7, 55), to: at(27, 8, 5) })
  })
  it('knows what happened, and by what means', () => {
    expect(search('被拒绝').filters).toEqual({ kind: 'denied' })
    expect(search('denied card').filters).toEqual({ kind: 'denied', means: 'card' })
    expect(search('刷卡 被拒绝 地下车库').filters).toEqual({ kind: 'denied', means: 'card', door: 'garage' })
    expect(search('远程开门').filters).toEqual({ kind: 'granted', means: 'remote' })
    expect(search('报警').filters).toEqual({ kind: 'alarm' })
  })
  it('says what it did not understand, and nothing for nothing', () => {
    expect(search('昨天 张三')).toEqual({ filters: { from: at(26, 0), to: at(27, 0) }, rest: '张三' })
    expect(search('  ')).toEqual({ filters: {}, rest: '' })
    expect(search('13月45日 25:99').filters).toEqual({})
  })
})
