import type { SameShape } from '@linli/ui'
import type { zh } from '../zh'
import { common, enter, nav, role, shell } from './shell'
import { problem, trouble } from './problems'
import { device, home, todo } from './devices'
import { door, fire, hours, passages } from './doors'
import { erase, face, household } from './households'
import { account, audit, people } from './people'
import { add, command, devpage, event, place } from './site'
import { operations, platform, settings } from './system'

export const en: SameShape<typeof zh> = {
  common,
  shell,
  nav,
  role,
  enter,
  problem,
  trouble,
  home,
  todo,
  device,
  devpage,
  door,
  fire,
  passages,
  hours,
  add,
  place,
  command,
  event,
  platform,
  settings,
  operations,
  face,
  household,
  erase,
  people,
  account,
  audit,
}
