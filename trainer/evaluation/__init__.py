"""Evidence about an artefact: metrics, calibration, slices, behaviour, speed, the golden set."""
