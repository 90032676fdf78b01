import { arrayGap } from "../../data/array-gap.mjs";

arrayGap("write", "a.npy");
