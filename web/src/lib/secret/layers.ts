/**
 * Layers of the end-to-end schema that this package heeds.
 * Spec: https://core.telegram.org/api/end-to-end#updating-to-new-layers
 */

/** The oldest that is spoken, and what a new partner is taken to have. */
export const layerFirst = 46;
/** Brought round videos. */
export const layerRound = 66;
/** Brought the second version of the envelope, silent messages and albums. */
export const layerEnvelope2 = 73;
/** Brought underlined, struck and quoted text. */
export const layerEntities = 101;
/** Brought files of more than 2 GiB. */
export const layerBigFiles = 143;
/** Brought spoilers and custom emoji; it is the newest. */
export const layerNewest = 144;
