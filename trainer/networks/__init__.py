"""What the Keras candidates share: training, inputs, layers, pretrained vectors and encoders."""
