import { gramjsAbridged, gramjsObfuscated, gramjsTCP, gramjsWS } from './lib/gramjs.js'
import { mtcutePFS, mtcuteTCP, mtcuteWS } from './lib/mtcute.js'
import { chatSuite } from './lib/suite.js'

chatSuite(mtcuteTCP)
chatSuite(mtcuteWS, mtcutePFS)
chatSuite(gramjsTCP, gramjsWS)
chatSuite(mtcuteTCP, gramjsTCP)
chatSuite(gramjsAbridged, gramjsObfuscated)
