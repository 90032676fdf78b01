import { arrayGap } from "../../data/array-gap.mjs";

arrayGap("read", "a.h5#a");
