import { gramjsTCP, gramjsWS } from './lib/gramjs.js'
import { mtcutePFS, mtcuteTCP, mtcuteWS } from './lib/mtcute.js'
import { accountSuite } from './lib/suite.js'

for (const driver of [mtcuteTCP, mtcuteWS, mtcutePFS, gramjsTCP, gramjsWS]) accountSuite(driver)
