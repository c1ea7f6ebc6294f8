scene-tab-image = 이미지
scene-tab-layers = 레이어
scene-tab-network = 네트워크
scene-tab-storage = 스토리지
