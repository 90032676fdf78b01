import { arrayGap } from "../../data/array-gap.mjs";

arrayGap("read", "a.npz#a");
