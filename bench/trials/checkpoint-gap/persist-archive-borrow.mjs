import { longestGap } from "../../data/longest-gap.mjs";

longestGap("borrow");
