// Loads what makes pages quick. Every page works without it.
import "./parts.js";
import "./keys.js";
import "./review.js";
import "./panes.js";
import "./tables.js";
import "./drafts.js";
import "./choose.js";
import "./watch.js";
import "./times.js";
import "./content.js";
import "./findings.js";
