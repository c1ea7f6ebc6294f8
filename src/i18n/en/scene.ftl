scene-tab-image = Image
scene-tab-layers = Layers
scene-tab-network = Network
scene-tab-storage = Storage
