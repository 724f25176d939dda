"""The embedded default: this component on the xblock-sdk workbench, with demo networks and a switcher."""
