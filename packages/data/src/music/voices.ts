/** The pitch of a voice at each step; undefined where it rests. */
export type Voice = readonly (number | undefined)[];

/** Soprano, alto, tenor and bass, of one length. */
export type Voices = readonly [soprano: Voice, alto: Voice, tenor: Voice, bass: Voice];
